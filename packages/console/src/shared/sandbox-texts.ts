import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { request } from './client.ts'

/** A text between a virtual phone and whoever writes to it. */
export interface SandboxText {
  id: string
  direction: 'to_phone' | 'from_phone'
  text: string
  at: string
  segments?: number
  encoding?: string
  /** What the sender was told of it. */
  receipts: { status: string; at: string }[]
}

export interface Conversation {
  id: string
  number: string
  sender: string
  provider: 'twilio' | 'smpp'
  texts: SandboxText[]
}

export const conversationsKey = ['sandbox', 'conversations'] as const

export function useConversations(enabled: boolean) {
  return useQuery({
    queryKey: conversationsKey,
    queryFn: async () => {
      const answer = await request('/sandbox/conversations', { method: 'GET' })
      return (answer as { conversations: Conversation[] }).conversations
    },
    enabled,
  })
}

/** The phone writes back. */
export function useAnswerText(id: string) {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (text: string) =>
      request(`/sandbox/conversations/${id}/texts`, { method: 'POST', body: { text } }),
    onSuccess: () => cache.invalidateQueries({ queryKey: conversationsKey }),
  })
}

export const clearConversations = () => request('/sandbox/conversations', { method: 'DELETE' })
