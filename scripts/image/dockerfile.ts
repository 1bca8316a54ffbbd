import { readFileSync } from 'node:fs'
import { DockerfileParser, type Instruction, PropertyInstruction } from 'dockerfile-ast'

/** One instruction of a stage: its keyword, its flags (`--from=build`) by name, and the rest as written. */
export interface Step {
  readonly keyword: string
  readonly flags: ReadonlyMap<string, string>
  readonly text: string
  readonly line: number
}

export interface Stage {
  /** What `FROM` names: an image, or an earlier stage. */
  readonly from: string
  readonly name: string
  readonly steps: readonly Step[]
}

interface Flagged {
  getFlags(): { getName(): string; getValue(): string | null }[]
}

/** Reads a Dockerfile into its stages, in order. */
export function readStages(file: string): Stage[] {
  const stages: { from: string; name: string; steps: Step[] }[] = []
  for (const instruction of DockerfileParser.parse(readFileSync(file, 'utf8')).getInstructions()) {
    const step = stepOf(instruction)
    if (step.keyword === 'FROM') {
      const [from = '', , name = String(stages.length)] = step.text.split(/\s+/)
      stages.push({ from, name, steps: [] })
    } else {
      stages.at(-1)?.steps.push(step)
    }
  }
  return stages
}

function stepOf(instruction: Instruction): Step {
  const flags = 'getFlags' in instruction ? (instruction as unknown as Flagged).getFlags() : []
  return {
    keyword: instruction.getKeyword(),
    flags: new Map(flags.map((flag) => [flag.getName(), flag.getValue() ?? ''])),
    text: textOf(instruction),
    line: instruction.getRange().start.line + 1,
  }
}

/** The arguments without flags; of `ENV`, `LABEL` and `ARG` one `name=value` a line, quotes resolved. */
function textOf(instruction: Instruction): string {
  if (instruction instanceof PropertyInstruction) {
    const properties = instruction.getProperties()
    return properties.map((property) => `${property.getName()}=${property.getValue() ?? ''}`).join('\n')
  }
  return (instruction.getArgumentsContent() ?? '').replace(/\\\n\s*/g, '').trim()
}

/** The name=value lines of every step with this keyword. */
export function properties(stage: Stage, keyword: 'ENV' | 'LABEL' | 'ARG'): Record<string, string> {
  const lines = stage.steps
    .filter((step) => step.keyword === keyword)
    .flatMap((step) => step.text.split('\n'))
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
}

/** The last step with this keyword: the one that holds. */
export function last(stage: Stage, keyword: string): Step | undefined {
  return stage.steps.findLast((step) => step.keyword === keyword)
}

/** The words of a command in exec form, `["node", "x.js"]`. @throws when a shell would be needed */
export function execForm(text: string): string[] {
  const words: unknown = JSON.parse(text.slice(text.indexOf('[')))
  if (!Array.isArray(words) || !words.every((word) => typeof word === 'string')) {
    throw new Error(`not in exec form: ${text}`)
  }
  return words
}
