/*
 * Each runs as a whole, or not at all, and nobody sees anything in between. A token names epoch and holder: an epoch may
 * come up again after the server has lost its data, the pair does not.
 */

/** KEYS lease, epoch; ARGV above, holder, ms. Gives the epoch, 0 where the lease is held. */
export const ACQUIRE = `
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
local epoch = math.max(tonumber(redis.call('GET', KEYS[2]) or '0'), tonumber(ARGV[1])) + 1
redis.call('SET', KEYS[2], epoch)
redis.call('SET', KEYS[1], epoch .. ':' .. ARGV[2], 'PX', ARGV[3])
return epoch`

/** KEYS lease; ARGV token, ms. */
export const RENEW = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`

/** KEYS lease; ARGV token. */
export const RESIGN = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`

/**
 * KEYS lease, head, blob, blob of the head before, samples, epoch, words; ARGV token, epoch, version of the head before,
 * hash, position, bytes, seconds that all of it is kept, words heard, replicas. Gives the version, 0 when fenced, -1 when
 * overtaken.
 */
export const PUBLISH = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
local version = tonumber(redis.call('HGET', KEYS[2], 'version') or '0')
local before = tonumber(ARGV[3])
if version > before then return -1 end
redis.call('SET', KEYS[3], ARGV[6], 'EX', ARGV[7])
redis.call('HSET', KEYS[2], 'version', before + 1, 'epoch', ARGV[2], 'hash', ARGV[4], 'position', ARGV[5],
  'words', ARGV[8], 'replicas', ARGV[9])
if KEYS[4] ~= KEYS[3] then redis.call('EXPIRE', KEYS[4], 60) end
for _, key in ipairs({KEYS[2], KEYS[5], KEYS[6], KEYS[7]}) do redis.call('EXPIRE', key, ARGV[7]) end
return before + 1`

/** KEYS lease, notes; ARGV token, note, how many are kept, seconds that they are. */
export const TELL = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[3], '*', 'b', ARGV[2])
redis.call('EXPIRE', KEYS[2], ARGV[4])
return 1`

/** KEYS words; ARGV word, how many are kept, seconds that they are. */
export const SAY = `
redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], '*', 'b', ARGV[1])
return redis.call('EXPIRE', KEYS[1], ARGV[3])`

/**
 * KEYS head, blob, words; ARGV version, epoch, hash, position, bytes, seconds, words heard, replicas, and each word's id and
 * bytes. Words that are not newer than the newest there are left out.
 */
export const PUT_BACK = `
if tonumber(redis.call('HGET', KEYS[1], 'version') or '0') >= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[2], ARGV[5], 'EX', ARGV[6])
redis.call('HSET', KEYS[1], 'version', ARGV[1], 'epoch', ARGV[2], 'hash', ARGV[3], 'position', ARGV[4],
  'words', ARGV[7], 'replicas', ARGV[8])
for i = 9, #ARGV, 2 do redis.pcall('XADD', KEYS[3], ARGV[i], 'b', ARGV[i + 1]) end
for _, key in ipairs({KEYS[1], KEYS[3]}) do redis.call('EXPIRE', key, ARGV[6]) end
return 1`
