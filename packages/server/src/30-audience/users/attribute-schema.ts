import type { Attribute } from '@carillon/contract'
import { type Db, fieldProblem, type Tx } from '../../00-kernel/index.ts'
import { insertAttribute, readAttributes } from './store.ts'

/** Always there: the reconciliation key that every workspace begins with. */
const email: Attribute = { name: 'email', type: 'string', required: false, values: null, built_in: true }

/** The declared attributes, in the order of their declaration. */
export async function getAttributeSchema(db: Db | Tx, workspaceId: string): Promise<Attribute[]> {
  const rows = await readAttributes(db, workspaceId)
  return [
    email,
    ...rows.map(({ name, type, required, choices }) => ({
      name,
      type,
      required,
      values: choices,
      built_in: false,
    })),
  ]
}

export type AttributeInput = Pick<Attribute, 'name' | 'type' | 'required'> & { values?: string[] }

/** Values that people have already are left as they are; from now on new ones are checked. */
export async function declareAttribute(
  tx: Tx,
  workspaceId: string,
  { name, type, required, values }: AttributeInput,
): Promise<Attribute> {
  if (type === 'picklist' && !values)
    throw fieldProblem('invalid_request', '/values', 'names the choices of a picklist', 'required')
  if (type !== 'picklist' && values)
    throw fieldProblem('invalid_request', '/values', 'is for picklists alone', 'not_allowed')
  const choices = values ? [...new Set(values)] : null
  const isNew =
    name !== email.name && (await insertAttribute(tx, workspaceId, { name, type, required, choices }))
  if (!isNew)
    throw fieldProblem('already_exists', '/name', `The attribute ${name} is declared already.`, 'taken')
  return { name, type, required, values: choices, built_in: false }
}
