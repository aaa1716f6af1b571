export { recordAudit, recordByPerson, recordCampaignSend } from './record-audit.ts'
export { defaultAuditRetentionDays, purgeAudit } from './store.ts'
