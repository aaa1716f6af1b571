import { listCaps, listTopics } from '@carillon/contract'
import { Select, SimpleGrid, TagsInput } from '@mantine/core'
import { useRead } from '../server.ts'
import { emptyRules, type RulesDraft } from './rules-draft.ts'

interface RulesFieldsProps {
  rules: RulesDraft | undefined
  errors: Record<string, string>
  onChange: (rules: RulesDraft) => void
}

/** The topic that people consented to, and the tags that caps count. */
export function RulesFields({ rules = emptyRules, errors, onChange }: RulesFieldsProps) {
  const topics = useRead(listTopics, {}).data?.data ?? []
  const caps = useRead(listCaps, {}).data?.data ?? []
  const capped = caps.flatMap(({ scope }) => (scope.kind === 'tag' ? [scope.tag] : []))
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }}>
      <Select
        label="Topic"
        description="Whoever has refused it does not get it"
        placeholder="That of the category"
        clearable
        data={topics
          .filter(({ built_in }) => !built_in)
          .map(({ name, title }) => ({ value: name, label: title }))}
        value={rules.topic || null}
        error={errors.topic}
        onChange={(topic) => onChange({ ...rules, topic: topic ?? '' })}
      />
      <TagsInput
        label="Tags"
        description="For frequency caps that count a tag"
        maxTags={10}
        data={[...new Set(capped)]}
        value={rules.tags}
        error={errors.tags ?? Object.entries(errors).find(([field]) => field.startsWith('tags.'))?.[1]}
        onChange={(tags) => onChange({ ...rules, tags })}
      />
    </SimpleGrid>
  )
}
