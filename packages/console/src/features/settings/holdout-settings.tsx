import { getSettings, putSettings, type Settings } from '@carillon/contract'
import { Button, Group, NumberInput, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useCan, useWrite } from '../../shared/server.ts'
import { FormFailure } from '../../shared/states.tsx'

export function HoldoutSettings({ holdout }: { holdout: Settings['holdout'] }) {
  const form = useForm({
    initialValues: holdout,
    validate: {
      percent: (percent) =>
        typeof percent === 'number' && percent >= 0 && percent <= 50 ? null : 'Takes 0 to 50',
      salt: (salt) => (salt.length > 0 && salt.length <= 64 ? null : 'Takes 1 to 64 characters'),
    },
  })
  const may = useCan('settings:write')
  const save = useWrite(putSettings, { refreshes: [getSettings], said: 'Saved.', showsFailure: true })
  return (
    <form
      onSubmit={form.onSubmit((values) =>
        save.mutate({ input: { body: { holdout: values } } }, { onSuccess: () => form.resetDirty() }),
      )}
    >
      <Stack maw={480}>
        <NumberInput
          label="Share of people, in percent"
          description="0 holds nobody out. A larger share keeps those who are in it"
          min={0}
          max={50}
          decimalScale={3}
          {...form.getInputProps('percent')}
        />
        <TextInput
          label="Draw"
          description="Any text. Another one draws other people"
          maxLength={64}
          {...form.getInputProps('salt')}
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
