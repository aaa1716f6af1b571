/** RFC 8291, section 4: 4,096 octets, less the header (86), the delimiter (1) and the authentication tag (16). */
export const maxPlaintextBytes = 3993
