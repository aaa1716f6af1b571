import { Button, Group, Stack, Stepper } from '@mantine/core'
import { useState } from 'react'
import { fieldErrors } from '../../shared/failure.ts'
import { Section } from '../../shared/page.tsx'
import { AudienceStep } from './audience-step.tsx'
import { type CampaignBody, type CampaignDraft, toCampaign } from './campaign-draft.ts'
import classes from './campaign-editor.module.css'
import { MessagesStep } from './messages-step.tsx'
import { ReviewStep } from './review-step.tsx'
import { ScheduleStep } from './schedule-step.tsx'

interface CampaignEditorProps {
  first: CampaignDraft
  saving: boolean
  failure: Error | null
  /** It is new: saving may start it as well. */
  mayStart?: boolean
  onSave: (body: CampaignBody, andStart: boolean) => void
}

const steps = ['Audience', 'Messages', 'Schedule', 'Review'] as const

/** Four steps that can be taken in any order; nothing is saved before the last. */
export function CampaignEditor({ first, saving, failure, mayStart, onSave }: CampaignEditorProps) {
  const [draft, setDraft] = useState(first)
  const [step, setStep] = useState(0)
  const change = (part: Partial<CampaignDraft>) => setDraft({ ...draft, ...part })
  const props = { draft, onChange: change, errors: fieldErrors(failure) }
  const save = (andStart: boolean) => {
    const body = toCampaign(draft)
    if (body) onSave(body, andStart)
  }
  return (
    <Stack>
      <Stepper active={step} onStepClick={setStep} size="xs" wrap={false} classNames={classes}>
        {steps.map((label) => (
          <Stepper.Step key={label} label={label} aria-label={label} />
        ))}
      </Stepper>
      <Section title={steps[step]}>
        {step === 0 && <AudienceStep {...props} />}
        {step === 1 && <MessagesStep {...props} />}
        {step === 2 && <ScheduleStep {...props} />}
        {step === 3 && (
          <ReviewStep draft={draft} saving={saving} failure={failure} mayStart={mayStart} onSave={save} />
        )}
      </Section>
      <Group justify="space-between">
        <Button variant="default" disabled={step === 0} onClick={() => setStep(step - 1)}>
          Back
        </Button>
        {step < steps.length - 1 && <Button onClick={() => setStep(step + 1)}>Next</Button>}
      </Group>
    </Stack>
  )
}

export interface StepProps {
  draft: CampaignDraft
  onChange: (part: Partial<CampaignDraft>) => void
  errors: Record<string, string>
}
