import { type App, type Credential, listCredentials, type Platform, platforms } from '@carillon/contract'
import { SimpleGrid } from '@mantine/core'
import { useRead } from '../../shared/server.ts'
import { Loaded } from '../../shared/states.tsx'
import { CredentialCard } from './credential-card.tsx'

export function Credentials({ app }: { app: App }) {
  const query = useRead(listCredentials, { params: { id: app.id } })
  return (
    <Loaded query={query}>
      {({ data }) => (
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
          {platforms.map((platform) => (
            <CredentialCard
              key={platform}
              app={app}
              platform={platform}
              credential={credentialOf(data, platform)}
            />
          ))}
        </SimpleGrid>
      )}
    </Loaded>
  )
}

function credentialOf(credentials: readonly Credential[], platform: Platform) {
  return credentials.find((credential) => credential.platform === platform)
}
