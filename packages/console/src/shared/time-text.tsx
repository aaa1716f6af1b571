import { Text, type TextProps, Tooltip } from '@mantine/core'
import { ago, moment } from './format.ts'

/** How long ago, with the exact moment on demand. */
export function TimeText({ time, ...props }: { time: string | null } & TextProps) {
  if (!time) return <Text {...props}>–</Text>
  return (
    <Tooltip label={moment(time)}>
      <Text {...props} component="time" dateTime={time} style={{ whiteSpace: 'nowrap' }}>
        {ago(time)}
      </Text>
    </Tooltip>
  )
}
