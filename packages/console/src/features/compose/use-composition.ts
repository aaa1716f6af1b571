import { useDebouncedCallback } from '@mantine/hooks'
import { useState } from 'react'
import { usePreviews } from '../../shared/devices/preview-panel.tsx'
import { fieldErrors } from '../../shared/failure.ts'
import { parseJson } from '../../shared/json-text.ts'
import { useApps } from '../../shared/pickers.tsx'
import { checkDraft } from './compose-checks.ts'
import { type ComposeDraft, variablesOf } from './compose-draft.ts'
import { dropDraft, keepDraft } from './draft-storage.ts'
import { useAudienceEstimate } from './use-audience-estimate.ts'
import { useLaunch } from './use-launch.ts'

/** A draft with everything that is worked out from it while it is written. */
export function useComposition(first: ComposeDraft) {
  const { draft: written, setDraft, forget } = useDraft(first)
  const [language, setLanguage] = useState<string | null>(null)
  const [previewUser, setPreviewUser] = useState<string>()
  const app = useSendingApp(written.appId)
  const draft: ComposeDraft = { ...written, appId: app?.id ?? written.appId }
  const estimate = useAudienceEstimate(draft, app?.id)
  const previews = usePreviews(
    {
      ...(draft.templateId ? { template_id: draft.templateId } : { content: draft.content }),
      overrides: draft.overrides,
      ...variablesOf(draft),
      channel: draft.channel,
      app_id: draft.appId,
      user_id: previewUser,
      ...(language ? { locale: language } : {}),
    },
    !parseJson(draft.variables).fault,
  )
  const launch = useLaunch()
  const findings = checkDraft(draft, {
    app,
    expected: estimate.expected,
    reachable: estimate.estimate?.reachable ?? null,
    previews: previews.data?.previews ?? [],
    nowMs: Date.now(),
  })
  return {
    draft,
    change: (part: Partial<ComposeDraft>) => setDraft({ ...written, ...part }),
    replace: setDraft,
    forget,
    app,
    estimate,
    previews,
    previewUser,
    setPreviewUser,
    language,
    setLanguage,
    launch,
    errors: fieldErrors(launch.error),
    findings,
  }
}

/** The only app there is needs no picking. */
function useSendingApp(appId: string | undefined) {
  const apps = useApps().data?.data ?? []
  if (appId === undefined && apps.length === 1) return apps[0]
  return apps.find(({ id }) => id === appId)
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
