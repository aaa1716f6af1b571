import { getMessage } from '@carillon/contract'
import { Box, Button, Grid, Stack } from '@mantine/core'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { PreviewPanel } from '../../shared/devices/preview-panel.tsx'
import { Page, Section } from '../../shared/page.tsx'
import { useRead } from '../../shared/server.ts'
import { Loaded } from '../../shared/states.tsx'
import { ownZone } from '../../shared/zone-select.tsx'
import { AudienceSection } from './audience-section.tsx'
import { type ComposeDraft, draftLike, emptyComposeDraft, prefilled } from './compose-draft.ts'
import classes from './compose-page.module.css'
import { DeliverySection } from './delivery-section.tsx'
import { keptDraft } from './draft-storage.ts'
import { MessageSection } from './message-section.tsx'
import { ReviewSection } from './review-section.tsx'
import { useComposition } from './use-composition.ts'

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
  const composition = useComposition(first)
  const { draft, change, errors, estimate } = composition
  const leave = (messageId: string) => {
    composition.forget()
    void navigate({ to: '/messages/$messageId', params: { messageId } })
  }
  return (
    <Page
      title="Compose"
      description="The draft is kept in this browser."
      actions={<StartOver onStartOver={() => composition.replace(emptyComposeDraft(ownZone))} />}
    >
      <Grid gap="md">
        <Grid.Col span={{ base: 12, md: 7, lg: 8 }}>
          <Stack>
            <NumberedSection number={1} title="Audience">
              <AudienceSection draft={draft} estimate={estimate} onChange={change} errors={errors} />
            </NumberedSection>
            <NumberedSection number={2} title="Message">
              <MessageSection
                draft={draft}
                onChange={change}
                errors={errors}
                language={composition.language}
                onLanguage={composition.setLanguage}
              />
            </NumberedSection>
            <NumberedSection number={3} title="Delivery">
              <DeliverySection
                delivery={draft.delivery}
                expected={estimate.expected}
                onChange={(delivery) => change({ delivery })}
                errors={errors}
              />
            </NumberedSection>
            <NumberedSection number={4} title="Review">
              <ReviewSection
                draft={draft}
                expected={estimate.expected}
                findings={composition.findings}
                launch={composition.launch}
                onLaunched={leave}
              />
            </NumberedSection>
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5, lg: 4 }}>
          <StickyPreview composition={composition} />
        </Grid.Col>
      </Grid>
    </Page>
  )
}

function StickyPreview({ composition }: { composition: ReturnType<typeof useComposition> }) {
  const { draft, previews, app, previewUser, setPreviewUser } = composition
  return (
    <Box className={classes.sticky}>
      <Section title="Preview">
        <PreviewPanel
          channel={draft.channel}
          previews={previews}
          app={app}
          userId={previewUser}
          onUser={setPreviewUser}
        />
      </Section>
    </Box>
  )
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

function StartOver({ onStartOver }: { onStartOver: () => void }) {
  const navigate = useNavigate()
  const startOver = () => {
    onStartOver()
    void navigate({ to: '/compose', search: {} })
  }
  return (
    <Button variant="default" onClick={startOver}>
      Start over
    </Button>
  )
}
