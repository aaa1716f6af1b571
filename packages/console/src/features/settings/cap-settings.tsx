import { type Cap, deleteCap, listCaps } from '@carillon/contract'
import { Button, Group, Modal, Stack, UnstyledButton } from '@mantine/core'
import { IconGauge, IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { ConfirmButton } from '../../shared/confirm-button.tsx'
import { type Column, Rows } from '../../shared/data-table.tsx'
import { Section } from '../../shared/page.tsx'
import { capWords, scopeWords } from '../../shared/rules/rule-words.ts'
import { useCan, useRead, useWrite } from '../../shared/server.ts'
import { EmptyState, Loaded } from '../../shared/states.tsx'
import { CapForm } from './cap-form.tsx'

function columnsWith(show: (cap: Cap) => void): Column<Cap>[] {
  return [
    {
      title: 'Cap',
      render: (cap) => (
        <UnstyledButton fw={500} onClick={() => show(cap)}>
          {cap.name}
        </UnstyledButton>
      ),
    },
    { title: 'Allows', render: capWords },
    { title: 'Counts', from: 'xs', render: scopeWords },
    {
      title: 'Transactional',
      from: 'sm',
      render: ({ counts_transactional: counts, binds_transactional: binds }) =>
        [counts && 'counts', binds && 'ends here too'].filter(Boolean).join(', ') || 'let through',
    },
  ]
}

/** How many messages one person gets at most. */
export function CapSettings() {
  const query = useRead(listCaps, {})
  const may = useCan('settings:write')
  const [shown, setShown] = useState<Cap | 'new' | null>(null)
  return (
    <Section
      title="Frequency caps"
      description="How many messages one person gets at most, whoever or whatever sends them. Devices without a person are not counted."
      flush
      actions={
        <Button
          variant="default"
          leftSection={<IconPlus size={14} />}
          disabled={!may}
          onClick={() => setShown('new')}
        >
          New cap
        </Button>
      }
    >
      <Loaded query={query}>
        {({ data }) =>
          data.length === 0 ? (
            <EmptyState icon={IconGauge} title="Nobody is spared yet">
              A cap such as two promotions a day counts from the moment it is made.
            </EmptyState>
          ) : (
            <Rows caption="Caps" rows={data} columns={columnsWith(setShown)} rowKey={({ id }) => id} />
          )
        }
      </Loaded>
      <Modal
        opened={shown !== null}
        onClose={() => setShown(null)}
        title={shown === 'new' ? 'New cap' : shown?.name}
      >
        {shown === 'new' && <CapForm onDone={() => setShown(null)} />}
        {shown && shown !== 'new' && (
          <Stack>
            <CapForm cap={shown} onDone={() => setShown(null)} />
            <RemoveCap cap={shown} onDone={() => setShown(null)} />
          </Stack>
        )}
      </Modal>
    </Section>
  )
}

function RemoveCap({ cap, onDone }: { cap: Cap; onDone: () => void }) {
  const may = useCan('settings:write')
  const remove = useWrite(deleteCap, { refreshes: [listCaps], said: 'Deleted.' })
  return (
    <Group>
      <ConfirmButton
        color="red"
        variant="outline"
        disabled={!may}
        title={`Delete ${cap.name}?`}
        consequence="From the next recipient on nothing ends at it any more."
        verb="Delete"
        onConfirm={async () => {
          await remove.mutateAsync({ input: { params: { id: cap.id } } })
          onDone()
        }}
      >
        Delete
      </ConfirmButton>
    </Group>
  )
}
