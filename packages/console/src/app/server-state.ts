import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { describeFailure } from '../shared/failure.ts'

/** The cache of everything that the server told us. A lost session, wherever it shows, leads to sign-in. */
export function createServerState({ onSignedOut }: { onSignedOut: () => void }): QueryClient {
  const onError = (error: Error) => {
    if (describeFailure(error).code === 'unauthenticated') onSignedOut()
  }
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        retry: (failures, error) => failures < 2 && describeFailure(error).retryable,
      },
      mutations: { retry: false },
    },
  })
}
