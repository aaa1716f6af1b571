import {
  type App,
  type Credential,
  deleteCredential,
  getApp,
  listApps,
  listCredentials,
  type Platform,
} from '@carillon/contract'
import { Badge, Button, Code, Drawer, Group, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { ConfirmButton } from '../../shared/confirm-button.tsx'
import { day, words } from '../../shared/format.ts'
import { Facts, Section } from '../../shared/page.tsx'
import { PlatformLabel, platformNames } from '../../shared/platforms.tsx'
import { useCan, useWrite } from '../../shared/server.ts'
import { TimeText } from '../../shared/time-text.tsx'
import { CredentialForm } from './credential-form.tsx'
import { CredentialTest } from './credential-test.tsx'

interface CredentialCardProps {
  app: App
  platform: Platform
  credential: Credential | undefined
}

/** One platform of an app: what is stored, masked; how to test, replace or forget it. */
export function CredentialCard({ app, platform, credential }: CredentialCardProps) {
  const [opened, { open, close }] = useDisclosure(false)
  const mayWrite = useCan('apps:write')
  return (
    <Section
      title={<PlatformLabel platform={platform} />}
      description={platformNames[platform].provider}
      actions={
        <Button variant={credential ? 'default' : 'light'} disabled={!mayWrite} onClick={open}>
          {credential ? 'Replace' : 'Add'}
        </Button>
      }
    >
      {credential ? (
        <Stored app={app} credential={credential} />
      ) : (
        <Text c="dimmed">No credential: devices of this platform are excluded from every send.</Text>
      )}
      <Drawer opened={opened} onClose={close} title={`${platformNames[platform].provider} for ${app.name}`}>
        <CredentialForm app={app} platform={platform} onSaved={close} />
      </Drawer>
    </Section>
  )
}

function Stored({ app, credential }: { app: App; credential: Credential }) {
  const { platform } = credential
  const mayWrite = useCan('apps:write')
  const forget = useWrite(deleteCredential, {
    refreshes: [listCredentials, getApp, listApps],
    said: 'The credential is forgotten.',
  })
  return (
    <Stack gap="sm">
      <Facts
        facts={[
          ...Object.entries(credential.fields).map(
            ([name, value]) => [words(name), <Code key={name}>{String(value ?? '–')}</Code>] as const,
          ),
          ['Expires', <Expiry key="expiry" at={credential.expires_at} />] as const,
          ['Saved', <TimeText key="saved" time={credential.updated_at} />] as const,
        ]}
      />
      <Group gap="xs">
        <CredentialTest app={app} platform={platform} />
        <ConfirmButton
          disabled={!mayWrite}
          title="Forget this credential?"
          consequence={`Nothing more reaches ${platformNames[platform].name} devices of ${app.name} until you add another.`}
          verb="Forget"
          onConfirm={() => forget.mutateAsync({ input: { params: { id: app.id, platform } } })}
        >
          Forget
        </ConfirmButton>
      </Group>
    </Stack>
  )
}

/** Certificates run out unnoticed: the last month is shown in yellow, the past in red. */
function Expiry({ at }: { at: string | null }) {
  if (!at) return <Text>Never</Text>
  const daysLeft = (new Date(at).getTime() - Date.now()) / 86_400_000
  const color = daysLeft < 0 ? 'red' : daysLeft < 30 ? 'yellow' : 'gray'
  return <Badge color={color}>{daysLeft < 0 ? `Expired ${day(at)}` : day(at)}</Badge>
}
