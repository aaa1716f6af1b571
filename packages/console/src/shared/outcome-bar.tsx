import type { Counts } from '@carillon/contract'
import { Group, Text, Tooltip } from '@mantine/core'
import { count, percent } from './format.ts'
import classes from './outcome-bar.module.css'

const parts = ['sent', 'failed', 'excluded', 'pending'] as const
type Parts = Pick<Counts, (typeof parts)[number]>

/** How the recipients ended so far, as one stacked bar. */
export function OutcomeBar({
  counts,
  height = 8,
  label,
}: {
  counts: Parts
  height?: number
  label?: string
}) {
  const total = parts.reduce((sum, part) => sum + counts[part], 0)
  const sentence = parts.map((part) => `${count(counts[part])} ${part}`).join(', ')
  return (
    <Tooltip label={sentence}>
      <div
        className={classes.bar}
        style={{ height }}
        role="progressbar"
        aria-label={label ?? 'Outcomes'}
        aria-valuemin={0}
        aria-valuemax={total}
        aria-valuenow={total - counts.pending}
        aria-valuetext={sentence}
      >
        {parts
          .filter((part) => counts[part] > 0)
          .map((part) => (
            <span key={part} className={classes[part]} style={{ flexGrow: counts[part] }} />
          ))}
      </div>
    </Tooltip>
  )
}

export function OutcomeLegend({ counts }: { counts: Parts }) {
  const total = parts.reduce((sum, part) => sum + counts[part], 0)
  return (
    <Group gap="2px 20px">
      {parts.map((part) => (
        <Group key={part} gap={6} wrap="nowrap">
          <span className={`${classes.dot} ${classes[part]}`} />
          <Text c="dimmed" tt="capitalize">
            {part}
          </Text>
          <Text fw={600}>{count(counts[part])}</Text>
          <Text c="dimmed">{percent(counts[part], total)}</Text>
        </Group>
      ))}
    </Group>
  )
}
