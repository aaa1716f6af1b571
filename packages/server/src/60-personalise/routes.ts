import { type BodyOf, previewContent as previewEndpoint } from '@carillon/contract'
import { type Db, fieldProblem, type Route, untied } from '../00-kernel/index.ts'
import { findApp, findOnlyApp } from '../12-apps/index.ts'
import { findUser } from '../30-audience/index.ts'
import { compileMarkup, resolveTemplate } from '../40-content/index.ts'
import { type PreviewInput, previewContent } from './preview.ts'

type PreviewBody = BodyOf<typeof previewEndpoint>

export function previewRoutes(): Route[] {
  return [
    untied(previewEndpoint, async ({ db, caller: { workspaceId }, body }) =>
      previewContent({
        ...(await made(await resolveContent(db, workspaceId, body))),
        app: await resolveApp(db, workspaceId, body.app_id),
        user: await resolveUser(db, workspaceId, body.user_id),
        variables: body.variables,
        channel: body.channel,
        locale: body.locale ?? null,
        now: new Date(),
      }),
    ),
  ]
}

/** As a send stores them; what cannot be made is a problem among the others, for whoever is still writing. */
async function made({ content, overrides }: Pick<PreviewInput, 'content' | 'overrides'>) {
  const { overrides: compiled, problems } = await compileMarkup(overrides ?? {})
  return { content, overrides: compiled, unmade: problems }
}

/** As a send takes them: the platforms named in the call replace those of the template. */
async function resolveContent(
  db: Db,
  workspaceId: string,
  body: PreviewBody,
): Promise<Pick<PreviewInput, 'content' | 'overrides'>> {
  if (body.content && body.template_id === undefined)
    return { content: body.content, overrides: body.overrides }
  if (body.content || body.template_id === undefined) {
    const pointer = body.content ? '/template_id' : '/content'
    throw fieldProblem(
      'invalid_request',
      pointer,
      'Give either content or template_id.',
      'content_or_template',
    )
  }
  const template = await resolveTemplate(db, workspaceId, body.template_id)
  if (!template) throw unknown('template')
  return { content: template.content, overrides: { ...template.overrides, ...body.overrides } }
}

async function resolveApp(db: Db, workspaceId: string, id: string | undefined): Promise<PreviewInput['app']> {
  if (id === undefined) return findOnlyApp(db, workspaceId)
  const app = await findApp(db, workspaceId, id)
  if (!app) throw unknown('app')
  return app
}

async function resolveUser(
  db: Db,
  workspaceId: string,
  id: string | undefined,
): Promise<PreviewInput['user']> {
  if (id === undefined) return null
  const user = await findUser(db, workspaceId, id)
  if (!user) throw unknown('user')
  return user
}

function unknown(what: 'template' | 'app' | 'user') {
  return fieldProblem(
    'invalid_request',
    `/${what}_id`,
    `There is no ${what} with this id.`,
    `unknown_${what}`,
  )
}
