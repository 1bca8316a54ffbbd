import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import process from 'node:process'
import { copyContext } from './context.js'
import { execForm, last, properties, readStages, type Stage, type Step } from './dockerfile.js'
import { handOver, makeReadOnly, runUnprivileged } from './unprivileged.js'

/** What the image would hold and start, laid out below a folder. */
export interface Replayed {
  /** The folder that stands for the image's root. */
  readonly root: string
  readonly workdir: string
  readonly env: Record<string, string>
  readonly command: string[]
  readonly healthcheck: string[]
}

export interface ReplayOptions {
  /** The repository. */
  readonly repository: string
  /** An empty folder to work in. */
  readonly folder: string
  /** Stages that are passed over: what is copied from them comes from the stage that they begin with. */
  readonly passOver?: readonly string[]
  readonly say?: (line: string) => void
}

/**
 * Takes the steps of the Dockerfile one by one without a container engine: every stage is a folder that stands for
 * its root, `COPY` copies, and `RUN` runs as a user without rights. Base images are not fetched: Node is the one
 * that runs this. The last stage ends up read-only.
 */
export function replay({ repository, folder, passOver = [], say = () => {} }: ReplayOptions): Replayed {
  const context = join(folder, 'context')
  const files = copyContext(repository, context)
  say(`context: ${files.length} files`)
  const stages = readStages(join(repository, 'Dockerfile'))
  const roots = new Map<string, string>()
  const workdirs = new Map<string, string>()
  for (const stage of stages) {
    const root = join(folder, stage.name)
    const origin = roots.get(stage.from)
    let workdir = workdirs.get(stage.from) ?? '/'
    if (origin !== undefined && passOver.includes(stage.name)) {
      roots.set(stage.name, origin)
      workdirs.set(stage.name, workdir)
      continue
    }
    if (origin === undefined) mkdirSync(root)
    // Hard links: a stage adds and deletes files, it does not write into those it began with.
    else execFileSync('cp', ['-al', origin, root])
    roots.set(stage.name, root)
    for (const step of stage.steps) {
      if (step.keyword === 'WORKDIR') {
        workdir = step.text
        mkdirSync(join(root, workdir), { recursive: true })
        handOver(join(root, workdir))
      } else if (step.keyword === 'COPY') {
        const from = step.flags.get('from')
        copy(step, from === undefined ? context : (roots.get(from) ?? ''), join(root, workdir))
      } else if (step.keyword === 'RUN') {
        say(`${stage.name}: ${step.text}`)
        run(step, stage, join(root, workdir), folder)
      }
    }
    workdirs.set(stage.name, workdir)
  }
  const final = stages.at(-1) as Stage
  const root = roots.get(final.name) as string
  makeReadOnly(root)
  return {
    root,
    workdir: join(root, workdirs.get(final.name) as string),
    env: properties(final, 'ENV'),
    command: nodeOfThisMachine(execForm(last(final, 'ENTRYPOINT')?.text ?? '')),
    healthcheck: nodeOfThisMachine(execForm(last(final, 'HEALTHCHECK')?.text ?? '')),
  }
}

function copy(step: Step, origin: string, workdir: string): void {
  const words = step.text.split(/\s+/)
  const target = words.at(-1) as string
  for (const source of words.slice(0, -1)) {
    // A folder's content goes into the target, a file into the folder that a trailing slash names.
    const into =
      target.endsWith('/') && source !== '.' ? join(workdir, target, basename(source)) : join(workdir, target)
    mkdirSync(dirname(into), { recursive: true })
    cpSync(join(origin, source), into, { recursive: true, verbatimSymlinks: true })
    handOver(into)
  }
}

function run(step: Step, stage: Stage, workdir: string, folder: string): void {
  const home = join(folder, 'home')
  if (!existsSync(home)) {
    mkdirSync(home)
    handOver(home)
  }
  // Where packages come from and how is the business of this machine's npm, whoever runs it.
  const registry = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim()
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    npm_config_registry: registry,
    ...properties(stage, 'ENV'),
  }
  runUnprivileged(step.text, { cwd: workdir, env })
}

function nodeOfThisMachine([program = '', ...args]: readonly string[]): string[] {
  if (basename(program) !== 'node')
    throw new Error(`the image starts ${program}; only node can be stood in for`)
  // The image's Node is newer, and may have flags that this one lacks.
  const known = args.filter((arg) => !arg.startsWith('--') || process.allowedNodeEnvironmentFlags.has(arg))
  return [process.execPath, ...known]
}
