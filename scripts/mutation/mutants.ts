import { parseAst } from 'vite'

/** One change to a program that its tests should notice. */
export interface Mutant {
  readonly from: number
  readonly to: number
  readonly text: string
  /** What it does, for people. */
  readonly what: string
}

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [field: string]: unknown
}

/** What takes the place of an operator. */
const OPERATORS: Readonly<Record<string, string>> = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
  '%': '*',
  '&&': '||',
  '||': '&&',
  '??': '&&',
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value
}

function* nodesIn(node: Node): Generator<Node> {
  yield node
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) yield* nodesIn(child)
  }
}

/** Every change to a module of JavaScript, TypeScript or AssemblyScript, in its order. */
export function mutantsOf(source: string): Mutant[] {
  // Functions have decorators in AssemblyScript alone.
  const parsed = source.replaceAll(/^@\w+$/gm, (decorator) => ' '.repeat(decorator.length))
  const program = parseAst(parsed, { lang: 'ts' }) as unknown as Node
  return [...nodesIn(program)].flatMap((node) => changesOf(node, source)).sort((a, b) => a.from - b.from)
}

function changesOf(node: Node, source: string): Mutant[] {
  const part = ({ start, end }: Node): string => source.slice(start, end)
  const replaced = (at: Node, text: string): Mutant => ({
    from: at.start,
    to: at.end,
    text,
    what: `${short(part(at))} -> ${short(text)}`,
  })
  switch (node.type) {
    case 'BinaryExpression':
    case 'LogicalExpression': {
      const [left, right] = [node.left as Node, node.right as Node]
      const other = OPERATORS[String(node.operator)]
      if (other === undefined) return []
      // Text that is put together is a message.
      if (node.operator === '+' && /['"`]/.test(part(node))) return []
      return [replaced(node, `(${part(left)}) ${other} (${part(right)})`)]
    }
    case 'IfStatement':
    case 'ConditionalExpression': {
      const test = node.test as Node
      return [replaced(test, 'true'), replaced(test, 'false')]
    }
    case 'UnaryExpression':
      return node.operator === '!' ? [replaced(node, part(node.argument as Node))] : []
    case 'ExpressionStatement': {
      const { type } = node.expression as Node
      const acts = type === 'CallExpression' || type === 'AwaitExpression' || type === 'AssignmentExpression'
      return acts && !/^(super|'use)/.test(part(node)) ? [replaced(node, ';')] : []
    }
    case 'Literal':
      if (typeof node.value === 'boolean') return [replaced(node, String(!node.value))]
      return typeof node.value === 'number' ? [replaced(node, numberBeside(node.value))] : []
    default:
      return []
  }
}

function numberBeside(value: number): string {
  if (value === 0) return '1'
  return value < 10 ? String(value + 1) : String(value * 6)
}

function short(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ')
  return line.length <= 70 ? line : `${line.slice(0, 69)}…`
}
