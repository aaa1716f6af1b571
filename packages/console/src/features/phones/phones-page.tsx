export function PhonesPage() { return null }
