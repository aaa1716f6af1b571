import {
  getCampaign,
  getCampaignCounts,
  listCampaigns,
  listMessages,
  validateCampaign,
} from '@carillon/contract'

/** What a change of a campaign makes stale. */
export const campaignReads = [getCampaign, getCampaignCounts, listCampaigns, listMessages, validateCampaign]
