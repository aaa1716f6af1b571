import type { z } from 'zod'
import type { Scope } from './words.ts'

/** Who may call: anyone, a signed-in console or a key with the scope, or (`device`) also an app's publishable key. */
export type Access = 'public' | Exclude<Scope, '*'>

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/**
 * One HTTP operation, described once: the server mounts it, the OpenAPI document and the console's client are
 * derived from it.
 */
export interface Endpoint<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Answer extends z.ZodType = z.ZodType,
> {
  id: string
  method: Method
  /** With `{name}` placeholders, as OpenAPI writes them. */
  path: string
  access: Access
  summary: string
  tag: string
  params?: Params
  query?: Query
  body?: Body
  /** The successful answer; 204 has none. */
  answer?: Answer
  status: 200 | 201 | 202 | 204
  /** Further successful statuses with the same body, such as 200 beside 201. */
  alsoStatus?: readonly number[]
  /** The body is not JSON but this: a form is taken as its fields, anything else as a text. */
  bodyType?: string
  /** Bytes; default 1 MiB. */
  bodyLimit?: number
  /** The answer shows a secret this once: what is kept of it for retries is sealed. */
  isSecret?: true
  /** A server-sent event stream or other body that is not JSON. */
  contentType?: string
}

/** Keeps the literal types of an endpoint's schemas. */
export function endpoint<
  P extends z.ZodType = z.ZodNever,
  Q extends z.ZodType = z.ZodNever,
  B extends z.ZodType = z.ZodNever,
  A extends z.ZodType = z.ZodNever,
>(definition: Endpoint<P, Q, B, A>): Endpoint<P, Q, B, A> {
  return definition
}

type Out<S> = [S] extends [z.ZodNever] ? undefined : S extends z.ZodType ? z.output<S> : undefined
type In<S> = [S] extends [z.ZodNever] ? undefined : S extends z.ZodType ? z.input<S> : undefined

/** What a handler gets, after validation. */
export type ParamsOf<E> = E extends Endpoint<infer P, z.ZodType, z.ZodType, z.ZodType> ? Out<P> : never
export type QueryOf<E> = E extends Endpoint<z.ZodType, infer Q, z.ZodType, z.ZodType> ? Out<Q> : never
export type BodyOf<E> = E extends Endpoint<z.ZodType, z.ZodType, infer B, z.ZodType> ? Out<B> : never
/** What a client sends, before defaults are filled in. */
export type BodyInputOf<E> = E extends Endpoint<z.ZodType, z.ZodType, infer B, z.ZodType> ? In<B> : never
export type QueryInputOf<E> = E extends Endpoint<z.ZodType, infer Q, z.ZodType, z.ZodType> ? In<Q> : never
/** What a caller is answered. */
export type AnswerOf<E> = E extends Endpoint<z.ZodType, z.ZodType, z.ZodType, infer A> ? Out<A> : never
