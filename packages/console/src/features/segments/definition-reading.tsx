import type { SegmentDefinition } from '@carillon/contract'
import { Badge, Text } from '@mantine/core'
import { useSegmentChoices } from '../../shared/pickers.tsx'
import type { Draft } from './condition-editing.ts'
import { conditionWords } from './condition-words.ts'
import { type DefinitionTree, isFault, parseDefinition } from './definition.ts'
import classes from './definition-reading.module.css'

interface DefinitionReadingProps {
  definition: string
  evaluation: SegmentDefinition['evaluation']
  conditions: readonly Draft[]
}

/** What a definition means, as nested lists: whoever wrote it sees which AND and OR belong together. */
export function DefinitionReading({ definition, evaluation, conditions }: DefinitionReadingProps) {
  const segments = useSegmentChoices()
  const numbers = conditions.map(({ number }) => number)
  const tree = parseDefinition(definition, numbers, evaluation)
  if (isFault(tree) || conditions.length === 0) return null
  const names = new Map(segments.map(({ value, label }) => [value, label]))
  const wordsOf = new Map(conditions.map((condition) => [condition.number, conditionWords(condition, names)]))
  return (
    <section className={classes.reading} aria-label="What the definition means">
      <Text c="dimmed" size="xs" mb={4}>
        Somebody matches when
      </Text>
      <Branch tree={tree} wordsOf={wordsOf} />
    </section>
  )
}

function Branch({ tree, wordsOf }: { tree: DefinitionTree; wordsOf: ReadonlyMap<number, string> }) {
  switch (tree.kind) {
    case 'condition':
      return (
        <Text>
          <Badge color="gray" mr={6} miw={24}>
            {tree.number}
          </Badge>
          {wordsOf.get(tree.number)}
        </Text>
      )
    case 'not':
      return (
        <>
          <Text fw={600}>it is not so that</Text>
          <ul>
            <li>
              <Branch tree={tree.of} wordsOf={wordsOf} />
            </li>
          </ul>
        </>
      )
    case 'all':
    case 'any': {
      const [only] = tree.of
      if (only && tree.of.length === 1) return <Branch tree={only} wordsOf={wordsOf} />
      return (
        <>
          <Text fw={600}>{tree.kind === 'all' ? 'all of these are so' : 'at least one of these is so'}</Text>
          <ul>
            {tree.of.map((part, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the same condition may stand in two places
              <li key={place}>
                <Branch tree={part} wordsOf={wordsOf} />
              </li>
            ))}
          </ul>
        </>
      )
    }
  }
}
