import { getSettings, parseCorsDomain, putSettings, type Settings } from '@carillon/contract'
import { Button, Group, Stack, Switch, Textarea } from '@mantine/core'
import { useForm } from '@mantine/form'
import { Section } from '../../shared/page.tsx'
import { useCan, useRead, useWrite } from '../../shared/server.ts'
import { FormFailure, Loaded } from '../../shared/states.tsx'

/** Which sites' pages may call this server from a browser (CORS). */
export function SiteSettings() {
  const query = useRead(getSettings, {})
  return (
    <Section
      title="Web pages that may call"
      description="Browsers let a page call another server only where that server lists the page's site."
    >
      <Loaded query={query}>{({ cors }) => <SitesForm cors={cors} />}</Loaded>
    </Section>
  )
}

function SitesForm({ cors }: { cors: Settings['cors'] }) {
  const form = useForm({
    initialValues: { enabled: cors.enabled, domains: cors.domains.join(', ') },
    validate: { domains: (text) => wrongEntries(text) },
  })
  const may = useCan('settings:write')
  const save = useWrite(putSettings, { refreshes: [getSettings], said: 'Saved.', showsFailure: true })
  const submit = form.onSubmit((sites) =>
    save.mutate({ input: { body: { cors: sites } } }, { onSuccess: () => form.resetDirty() }),
  )
  return (
    <form onSubmit={submit}>
      <Stack maw={420}>
        <Switch
          label="Let web pages call"
          description="Only with a key of their own, as the web SDK does; a session of this console opens nothing to them"
          {...form.getInputProps('enabled', { type: 'checkbox' })}
        />
        <Textarea
          label="Sites"
          description="Hosts, with commas between: www.example.com, *.example.com (every name under it, not itself), or * for all. A scheme or a port counts where it is named"
          placeholder="www.example.com, *.example.org"
          autosize
          minRows={2}
          {...form.getInputProps('domains')}
        />
        <FormFailure error={save.error} />
        <Group>
          <Button type="submit" loading={save.isPending} disabled={!may || !form.isDirty()}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

/** What the server would refuse, told before it is asked. */
function wrongEntries(text: string): string | null {
  const wrong = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '' && !parseCorsDomain(entry))
  return wrong.length === 0
    ? null
    : `${wrong.join(', ')}: no host. A path or a star inside a name is not taken.`
}
