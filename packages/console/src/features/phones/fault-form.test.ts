import { describe, expect, it } from 'vitest'
import { faultInput, faultWords, firstFault, hitWords } from './fault-form.ts'

describe('a fault of a sandbox provider', () => {
  it('is asked for with what its kind looks at', () => {
    expect(faultInput(firstFault)).toEqual({
      provider: 'apns',
      fault: 'status',
      status: 503,
      retry_after: 5,
      share: 1,
      times: 3,
    })
    expect(
      faultInput({ ...firstFault, fault: 'slow', delaySeconds: 1.5, sharePercent: 50, times: '' }),
    ).toEqual({
      provider: 'apns',
      fault: 'slow',
      delay_ms: 1_500,
      share: 0.5,
    })
  })

  it('is told in words', () => {
    const fault = { id: 'fault-1', hits: 2, share: 0.5, provider: 'fcm', fault: 'status', status: 503 }
    expect(faultWords({ ...fault, retry_after: 5 })).toBe(
      'Firebase: answers with an error 503, retry after 5 s, to 50 % of the requests',
    )
    expect(
      faultWords({ id: 'fault-2', hits: 0, share: 1, provider: 'wns', fault: 'slow', delay_ms: 2_000 }),
    ).toBe('Windows: answers late, by 2 s')
    expect([hitWords({ hits: 1 }), hitWords({ hits: 2, times: 3 })]).toEqual([
      'Hit 1 time',
      'Hit 2 of 3 times',
    ])
  })
})
