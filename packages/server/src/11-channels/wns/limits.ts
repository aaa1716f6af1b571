/** Microsoft, "Push notification service request and response headers": 413 above this. */
export const maxPayloadBytes = 5000
