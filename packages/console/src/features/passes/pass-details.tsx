import { getPass } from '@carillon/contract'
import { Stack } from '@mantine/core'
import { Copyable } from '../../shared/copyable.tsx'
import { PassContent } from '../../shared/devices/pass-preview.tsx'
import { count } from '../../shared/format.ts'
import { TextLink } from '../../shared/links.tsx'
import { Facts } from '../../shared/page.tsx'
import { useRead } from '../../shared/server.ts'
import { Loaded } from '../../shared/states.tsx'
import { StatusPill } from '../../shared/status-pill.tsx'
import { TimeText } from '../../shared/time-text.tsx'

/** One issued pass: as its person sees it, and what there is to know of it. */
export function PassDetails({ passId }: { passId: string }) {
  const pass = useRead(getPass, { params: { id: passId } })
  return (
    <Loaded query={pass}>
      {(found) => (
        <Stack>
          <PassContent content={(found.content ?? {}) as Record<string, unknown>} />
          <Facts
            facts={[
              ['Link', <Copyable key="link" value={found.url} label="Copy the link" />],
              [
                'Serial number',
                <Copyable key="serial" value={found.serial} label="Copy the serial number" />,
              ],
              ['Pass type', found.pass_type_id],
              ['Status', <StatusPill key="status" status={found.status} />],
              ['Devices', count(found.devices)],
              [
                'Made by',
                found.message_id && (
                  <TextLink key="message" to="/messages/$messageId" params={{ messageId: found.message_id }}>
                    This message
                  </TextLink>
                ),
              ],
              ['Changed', <TimeText key="changed" time={found.updated_at} />],
              ['Issued', <TimeText key="issued" time={found.created_at} />],
            ]}
          />
        </Stack>
      )}
    </Loaded>
  )
}
