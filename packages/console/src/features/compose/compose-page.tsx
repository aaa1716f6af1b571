import { getMessage } from '@carillon/contract'
import { Box, Button, Grid, Stack } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { PreviewPanel, usePreviews } from '../../shared/devices/preview-panel.tsx'
import { fieldErrors } from '../../shared/failure.ts'
import { parseJson } from '../../shared/json-text.ts'
import { Page, Section } from '../../shared/page.tsx'
import { useApps } from '../../shared/pickers.tsx'
import { useRead } from '../../shared/server.ts'
import { Loaded } from '../../shared/states.tsx'
import { ownZone } from '../../shared/zone-select.tsx'
import { AudienceSection } from './audience-section.tsx'
import { checkDraft } from './compose-checks.ts'
import { type ComposeDraft, draftLike, emptyComposeDraft, prefilled, variablesOf } from './compose-draft.ts'
import classes from './compose-page.module.css'
import { DeliverySection } from './delivery-section.tsx'
import { dropDraft, keepDraft, keptDraft } from './draft-storage.ts'
import { MessageSection } from './message-section.tsx'
import { ReviewSection, useLaunch } from './review-section.tsx'
import { useAudienceEstimate } from './use-audience-estimate.ts'

const route = getRouteApi('/shell/compose')

/** A link that names what to write about starts a new draft; otherwise the kept one goes on. */
export function ComposePage() {
  const { from, ...prefill } = route.useSearch()
  const given = Object.values(prefill).some(Boolean)
  if (from) return <ComposeLike messageId={from} />
  const first = given ? prefilled(emptyComposeDraft(ownZone), prefill) : keptDraft(localStorage)
  return <Composer key={JSON.stringify(prefill)} first={first ?? emptyComposeDraft(ownZone)} />
}

function ComposeLike({ messageId }: { messageId: string }) {
  const query = useRead(getMessage, { params: { id: messageId } })
  if (query.data) return <Composer key={messageId} first={draftLike(query.data, ownZone)} />
  return (
    <Page title="Compose">
      <Loaded query={query}>{() => null}</Loaded>
    </Page>
  )
}

function Composer({ first }: { first: ComposeDraft }) {
  const navigate = useNavigate()
  const { draft, setDraft, forget } = useDraft(first)
  const [language, setLanguage] = useState<string | null>(null)
  const [previewUser, setPreviewUser] = useState<string>()
  const apps = useApps().data?.data ?? []
  const app = apps.find(({ id }) => id === draft.appId) ?? (draft.appId ? undefined : onlyOf(apps))
  const chosen: ComposeDraft = { ...draft, appId: app?.id ?? draft.appId }
  const estimate = useAudienceEstimate(draft.audience, app?.id)
  const previews = usePreviews(
    previewBody(chosen, { userId: previewUser, language }),
    !parseJson(draft.variables).fault,
  )
  const launch = useLaunch()
  const errors = fieldErrors(launch.error)
  const findings = checkDraft(chosen, {
    app,
    expected: estimate.expected,
    reachable: estimate.estimate?.reachable ?? null,
    previews: previews.data?.previews ?? [],
    nowMs: Date.now(),
  })
  const change = (part: Partial<ComposeDraft>) => setDraft({ ...draft, ...part })
  const leave = (messageId: string) => {
    forget()
    void navigate({ to: '/messages/$messageId', params: { messageId } })
  }
  return (
    <Page
      title="Compose"
      description="The draft is kept in this browser."
      actions={<DiscardDraft onDiscard={() => setDraft(emptyComposeDraft(ownZone))} />}
    >
      <Grid gap="md">
        <Grid.Col span={{ base: 12, lg: 8 }}>
          <Stack>
            <NumberedSection number={1} title="Audience">
              <AudienceSection draft={chosen} estimate={estimate} onChange={change} errors={errors} />
            </NumberedSection>
            <NumberedSection number={2} title="Message">
              <MessageSection
                draft={draft}
                onChange={change}
                errors={errors}
                language={language}
                onLanguage={setLanguage}
              />
            </NumberedSection>
            <NumberedSection number={3} title="Delivery">
              <DeliverySection
                delivery={draft.delivery}
                onChange={(delivery) => change({ delivery })}
                errors={errors}
              />
            </NumberedSection>
            <NumberedSection number={4} title="Review">
              <ReviewSection
                draft={chosen}
                expected={estimate.expected}
                findings={findings}
                launch={launch}
                onLaunched={leave}
              />
            </NumberedSection>
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 4 }}>
          <Box className={classes.sticky}>
            <Section title="Preview">
              <PreviewPanel previews={previews} app={app} userId={previewUser} onUser={setPreviewUser} />
            </Section>
          </Box>
        </Grid.Col>
      </Grid>
    </Page>
  )
}

/** Kept a moment after each change, so that typing does not write at every key. */
function useDraft(first: ComposeDraft) {
  const [draft, setDraft] = useState(first)
  const keep = useDebouncedCallback((next: ComposeDraft) => keepDraft(localStorage, next), {
    delay: 500,
    flushOnUnmount: true,
  })
  const change = (next: ComposeDraft) => {
    setDraft(next)
    keep(next)
  }
  const forget = () => {
    keep.cancel()
    dropDraft(localStorage)
  }
  return { draft, setDraft: change, forget }
}

function previewBody(draft: ComposeDraft, as: { userId: string | undefined; language: string | null }) {
  return {
    ...(draft.templateId ? { template_id: draft.templateId } : { content: draft.content }),
    overrides: draft.overrides,
    ...variablesOf(draft),
    app_id: draft.appId,
    user_id: as.userId,
    ...(as.language ? { locale: as.language } : {}),
  }
}

function NumberedSection({
  number,
  title,
  children,
}: {
  number: number
  title: string
  children: ReactNode
}) {
  return (
    <div id={`section-${number}`} className={classes.section}>
      <Section
        title={
          <>
            <span className={classes.number}>{number}</span>
            {title}
          </>
        }
      >
        {children}
      </Section>
    </div>
  )
}

function DiscardDraft({ onDiscard }: { onDiscard: () => void }) {
  const navigate = useNavigate()
  return (
    <Button
      variant="default"
      onClick={() => {
        onDiscard()
        void navigate({ to: '/compose', search: {} })
      }}
    >
      Start over
    </Button>
  )
}

function onlyOf<T>(list: readonly T[]): T | undefined {
  return list.length === 1 ? list[0] : undefined
}
