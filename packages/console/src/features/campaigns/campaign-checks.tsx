import { type Campaign, validateCampaign } from '@carillon/contract'
import { Alert, Group, List, Text, ThemeIcon } from '@mantine/core'
import { IconCheck } from '@tabler/icons-react'
import { useRead } from '../../shared/server.ts'
import { Loaded, SkeletonRows } from '../../shared/states.tsx'

/** What keeps a draft from starting, all of it. */
export function CampaignChecks({ campaign }: { campaign: Campaign }) {
  const query = useRead(validateCampaign, { params: { id: campaign.id } }, { refetchMs: 5_000 })
  return (
    <Loaded query={query} skeleton={<SkeletonRows rows={1} />}>
      {({ valid, problems }) =>
        valid ? (
          <Group gap="xs">
            <ThemeIcon size={18} radius="xl" color="green">
              <IconCheck size={12} aria-hidden />
            </ThemeIcon>
            <Text>Nothing stands in the way of starting it.</Text>
          </Group>
        ) : (
          <Alert color="yellow" title="It cannot start yet">
            <List>
              {problems.map(({ pointer, detail }) => (
                <List.Item key={pointer + detail}>
                  {placeName(campaign, pointer)}: {detail}
                </List.Item>
              ))}
            </List>
          </Alert>
        )
      }
    </Loaded>
  )
}

const fieldNames: Record<string, string> = {
  segment_ids: 'Segments',
  exclude_segment_ids: 'Excluded segments',
  start_local: 'Start',
  end_local: 'End',
  messages: 'Messages',
}

/** `/messages/0/content/title` as people call it. */
function placeName({ messages }: Campaign, pointer: string): string {
  const [, field = '', place, ...rest] = pointer.split('/')
  const name = place === undefined ? undefined : messages[Number(place)]?.name
  if (field === 'messages' && name) return [name, rest.join(' ')].filter(Boolean).join(', ')
  return fieldNames[field] ?? pointer
}
