import { Anchor } from '@mantine/core'
import { Facts, Section } from '../../shared/page.tsx'
import { useMe } from '../../shared/server.ts'
import { Loaded } from '../../shared/states.tsx'

export function About() {
  const me = useMe()
  return (
    <Section title="About">
      <Loaded query={me}>
        {({ workspace, name, kind, scopes, sandbox, version }) => (
          <Facts
            facts={[
              ['Carillon', version],
              ['Workspace', workspace.name],
              ['Signed in as', `${name} (${kind})`],
              ['May', scopes.includes('*') ? 'Everything' : scopes.join(', ')],
              ['Sandbox', sandbox ? 'Virtual phones stand behind this server' : 'None: real providers'],
              ['API reference', <ServerPage key="docs" path="/docs" />],
              ['OpenAPI', <ServerPage key="openapi" path="/openapi.json" />],
              ['Metrics', <ServerPage key="metrics" path="/metrics" />],
              ['Licence', 'Apache 2.0'],
            ]}
          />
        )}
      </Loaded>
    </Section>
  )
}

/** Served by the server itself, outside of the console's router. */
function ServerPage({ path }: { path: string }) {
  return (
    <Anchor href={path} target="_blank" rel="noreferrer">
      {path}
    </Anchor>
  )
}
