import type { AnswerOf, Endpoint } from '@carillon/contract'
import { getMe } from '@carillon/contract'
import { notifications } from '@mantine/notifications'
import {
  keepPreviousData,
  queryOptions,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { type CallInput, type CallOptions, call } from './client.ts'
import { describeFailure } from './failure.ts'

interface ReadOptions {
  enabled?: boolean
  /** Keeps showing the last answer while the next one is on its way; for inputs that change as people type. */
  keepLast?: boolean
  /** Asks again that often while the page is visible. */
  refetchMs?: number
}

/** The cache entry of one read: the same input is the same entry everywhere. */
export function read<E extends Endpoint>(endpoint: E, input: CallInput<E>) {
  return queryOptions({
    queryKey: [endpoint.id, input],
    queryFn: ({ signal }) => call(endpoint, input, { signal }),
  })
}

export function useRead<E extends Endpoint>(endpoint: E, input: CallInput<E>, options: ReadOptions = {}) {
  return useQuery({
    ...read(endpoint, input),
    enabled: options.enabled ?? true,
    refetchInterval: options.refetchMs ?? false,
    ...(options.keepLast ? { placeholderData: keepPreviousData } : {}),
  })
}

interface Page {
  data: unknown[]
  page: { next_cursor: string | null }
}
type RowOf<E> = AnswerOf<E> extends { data: (infer Row)[] } ? Row : never

/** A list that grows by cursor; `rows` are those of all pages read so far. */
export function usePages<E extends Endpoint>(endpoint: E, input: CallInput<E>, options: ReadOptions = {}) {
  const query = useInfiniteQuery({
    queryKey: [endpoint.id, 'pages', input],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }) => {
      const given = input as { query?: object }
      const next = { ...given, query: { ...given.query, cursor: pageParam } } as CallInput<E>
      return (await call(endpoint, next, { signal })) as AnswerOf<E> & Page
    },
    getNextPageParam: (last) => last.page.next_cursor ?? undefined,
    enabled: options.enabled ?? true,
    refetchInterval: options.refetchMs ?? false,
    placeholderData: keepPreviousData,
  })
  const rows = (query.data?.pages.flatMap((page) => page.data) ?? []) as RowOf<E>[]
  return { ...query, rows }
}
export type Pages<Row> = Omit<ReturnType<typeof usePages>, 'rows'> & { rows: Row[] }

interface WriteOptions {
  /** Reads that the write makes stale. */
  refreshes?: readonly Endpoint[]
  /** What to tell when it worked. */
  said?: string
  /** The caller shows the failure itself, beside the field. */
  showsFailure?: boolean
}

/** Makes what these endpoints answered stale: what is on the screen is read again. */
export function useRefresh() {
  const cache = useQueryClient()
  return (endpoints: readonly Endpoint[]) => {
    const stale = new Set<unknown>(endpoints.map(({ id }) => id))
    return cache.invalidateQueries({ predicate: ({ queryKey }) => stale.has(queryKey[0]) })
  }
}

export function useWrite<E extends Endpoint>(endpoint: E, options: WriteOptions = {}) {
  const refresh = useRefresh()
  return useMutation({
    mutationFn: ({ input, ...callOptions }: { input: CallInput<E> } & CallOptions) =>
      call(endpoint, input, callOptions),
    onSuccess: async () => {
      if (options.said) notifications.show({ message: options.said, color: 'green' })
      await refresh(options.refreshes ?? [])
    },
    onError: (error) => {
      if (!options.showsFailure) showFailure(error)
    },
  })
}

/** For what fails away from any field: a toast with the server's own sentence. */
export function showFailure(error: unknown) {
  const { title, detail, requestId } = describeFailure(error)
  notifications.show({
    color: 'red',
    title,
    message: [detail, requestId && `Request ${requestId}`].filter(Boolean).join(' · '),
    autoClose: 10_000,
  })
}

export function useMe() {
  return useQuery({ ...read(getMe, {}), staleTime: 5 * 60_000 })
}

/** Whether the signed-in key may do this; unknown counts as yes, since the server decides anyway. */
export function useCan(scope: AnswerOf<typeof getMe>['scopes'][number]): boolean {
  const scopes = useMe().data?.scopes
  return !scopes || scopes.includes('*') || scopes.includes(scope)
}
