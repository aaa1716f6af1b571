/** The tables that delivery timing and pace keep. */
export interface TimingTables {
  open_hours: { user_id: string; day: Date; hour: number; n: number }
  paced_windows: {
    pace_key: string
    batch_id: number
    fence: number
    n: number
    opened_at: Date
    done_at: Date | null
  }
}
