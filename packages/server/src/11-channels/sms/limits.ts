import { mostSmsSegments } from '@carillon/contract'

/** 3GPP TS 23.040: the user data of one segment, header included. */
export const segmentBytes = 140

/** Ten segments, which is also about where Twilio stops (1,600 characters). */
export const mostSegments = mostSmsSegments
