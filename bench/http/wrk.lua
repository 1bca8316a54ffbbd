-- Posts the lines of a file in a cycle, and prints what came of it as one line of JSON. Times are in microseconds.
local requests = {}
local sent = 0

function init(args)
  for body in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format('POST', nil, { ['Content-Type'] = 'application/json' }, body)
  end
end

function request()
  sent = sent + 1
  return requests[(sent - 1) % #requests + 1]
end

function done(summary, latency)
  local failed = summary.errors
  local form = '{"requests":%d,"tookUs":%d,"failed":%d,"p50Us":%d,"p99Us":%d,"p999Us":%d,"maxUs":%d}\n'
  print(form:format(
    summary.requests,
    summary.duration,
    failed.connect + failed.read + failed.write + failed.status + failed.timeout,
    latency:percentile(50),
    latency:percentile(99),
    latency:percentile(99.9),
    latency.max
  ))
end
