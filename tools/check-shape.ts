import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Prints how large the source files are, and fails on a drawer for everything. Tests and tables of data are exempt. */
const softLimit = 400
const sizes = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.tsx'],
  { encoding: 'utf8' },
)
  .split('\n')
  .filter((file) => file && !/\.test\.tsx?$|\.gen\.ts$/.test(file))
  .map((file) => ({ file, lines: readFileSync(file, 'utf8').split('\n').length }))
  .sort((a, b) => a.lines - b.lines)

const at = (share: number) => sizes[Math.floor((sizes.length - 1) * share)]?.lines
process.stdout.write(
  `${sizes.length} source files; lines: median ${at(0.5)}, p90 ${at(0.9)}, largest ${at(1)}\n`,
)
const drawers = sizes.filter(({ lines }) => lines > softLimit)
for (const { file, lines } of drawers)
  process.stderr.write(`${file} has ${lines} lines: would two names serve better?\n`)
if (drawers.length > 0) process.exit(1)
