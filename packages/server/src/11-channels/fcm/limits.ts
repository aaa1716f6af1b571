/** https://firebase.google.com/docs/cloud-messaging/concept-options: 4,096 bytes for a message to a device. */
export const maxMessageBytes = 4096
/** Four weeks. */
export const maxTtlSeconds = 2_419_200
