import { getMessage, type Message, messageEvents } from '@carillon/contract'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { endpointUrl } from '../../shared/client.ts'
import { read } from '../../shared/server.ts'
import { isFinal, ratePerSecond, type Sample, withSample } from './progress-rate.ts'

/** Used while no event stream can be had, behind a proxy that holds streams back for instance. */
const pollMs = 2_000
/** People open and click after the stream has ended. */
const afterwardsPollMs = 3_000

/** A message that follows its server-sent events while it runs, and what people do with it for as long as it is looked at. */
export function useLiveMessage(messageId: string) {
  const cache = useQueryClient()
  const [streaming, setStreaming] = useState(true)
  const query = useQuery({
    ...read(getMessage, { params: { id: messageId } }),
    staleTime: 0,
    refetchInterval: ({ state }) => pollEvery(state.data, streaming),
  })
  const status = query.data?.status
  const running = status !== undefined && !isFinal(status)
  useEffect(() => {
    if (!running) return
    const { queryKey } = read(getMessage, { params: { id: messageId } })
    const events = new EventSource(endpointUrl(messageEvents, { id: messageId }))
    events.onopen = () => setStreaming(true)
    events.onmessage = ({ data }) => cache.setQueryData(queryKey, JSON.parse(data) as Message)
    events.onerror = () => setStreaming(false)
    return () => events.close()
  }, [cache, messageId, running])
  return { ...query, running, rate: useRate(query.data, running) }
}

function pollEvery(message: Message | undefined, streaming: boolean): number | false {
  if (message && isFinal(message.status)) return afterwardsPollMs
  return streaming ? false : pollMs
}

/** Looked at with every change and every second, so that a standstill shows as one. */
function useRate(message: Message | undefined, running: boolean): number | null {
  const [samples, setSamples] = useState<Sample[]>([])
  useEffect(() => {
    if (!message) return
    const look = () => setSamples((before) => withSample(before, message.counts, Date.now()))
    look()
    const timer = running ? setInterval(look, 1_000) : undefined
    return () => clearInterval(timer)
  }, [message, running])
  return ratePerSecond(samples)
}
