import { Anchor, Box, Group, RingProgress, Text, ThemeIcon } from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import { IconCheck } from '@tabler/icons-react'
import { Section } from '../../shared/page.tsx'
import classes from './onboarding.module.css'
import { StepAction } from './step-action.tsx'
import { useSteps } from './use-steps.ts'

/** From nothing to a message that arrived. Each step looks at what is there, never at what was clicked. */
export function Onboarding() {
  const steps = useSteps()
  const [hidden, setHidden] = useLocalStorage({ key: 'carillon.onboarding.hidden', defaultValue: false })
  const done = steps.filter((step) => step.done).length
  const known = steps.every((step) => step.done !== undefined)
  if (!known || hidden || done === steps.length) return null
  const current = steps.find((step) => !step.done)
  return (
    <Section
      title="Get started"
      description={`${done} of ${steps.length} done`}
      actions={
        <Group gap="xs">
          <RingProgress
            size={38}
            thickness={4}
            roundCaps
            sections={[{ value: (done / steps.length) * 100, color: 'bell' }]}
            aria-label={`${done} of ${steps.length} steps done`}
          />
          <Anchor component="button" type="button" size="xs" c="dimmed" onClick={() => setHidden(true)}>
            Hide
          </Anchor>
        </Group>
      }
    >
      <ol className={classes.steps}>
        {steps.map((step, place) => (
          <li key={step.id} data-done={step.done || undefined} data-current={step === current || undefined}>
            <ThemeIcon
              size={22}
              radius="xl"
              variant={step.done ? 'filled' : 'light'}
              color={step.done ? 'green' : 'gray'}
              aria-label={step.done ? 'done' : 'open'}
            >
              {step.done ? <IconCheck size={13} /> : <Text size="xs">{place + 1}</Text>}
            </ThemeIcon>
            <Box miw={0}>
              <Text fw={step === current ? 600 : 500}>{step.title}</Text>
              {step === current && <Text c="dimmed">{step.why}</Text>}
            </Box>
            {!step.done && <StepAction step={step} primary={step === current} />}
          </li>
        ))}
      </ol>
    </Section>
  )
}
