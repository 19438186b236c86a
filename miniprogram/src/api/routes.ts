import type { paths } from './schema'

type Json<T> = T extends { content: { 'application/json': infer Body } } ? Body : undefined
type Success<R> = R extends object
  ? { [S in keyof R]: S extends 200 | 201 | 202 ? Json<R[S]> : S extends 204 ? undefined : never }[keyof R]
  : never
type Operation<P, M> = M extends keyof P ? P[M] : never
type Parameters<O> = O extends { parameters: infer Found } ? Found : object
type Of<T, K extends string> = T extends { [key in K]?: infer Found } ? Found : undefined

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

/** A path of the document without its `/api/v1`, that has this method. */
export type Path<M extends Method> = {
  [P in keyof paths]: paths[P] extends { [key in M]: unknown }
    ? P extends `/api/v1${infer Rest}`
      ? Rest
      : never
    : never
}[keyof paths]

type Full<P extends string> = `/api/v1${P}` extends keyof paths ? paths[`/api/v1${P}`] : never
type Body<O> = O extends { requestBody?: { content: { 'application/json': infer Found } } } ? Found : undefined

/** What goes with a call: each part is asked for exactly where the document has it. */
export type Call<M extends Method, P extends string> = Given<'path', Of<Parameters<Operation<Full<P>, M>>, 'path'>> &
  Optional<'query', Of<Parameters<Operation<Full<P>, M>>, 'query'>> &
  Given<'body', Body<Operation<Full<P>, M>>> & { key?: string }

type None<T> = [T] extends [undefined] ? true : unknown extends T ? true : false
type Given<K extends string, T> = None<T> extends true ? { [key in K]?: undefined } : { [key in K]: T }
type Optional<K extends string, T> = None<T> extends true ? { [key in K]?: undefined } : { [key in K]?: T }

export type Answer<M extends Method, P extends string> =
  Operation<Full<P>, M> extends { responses: infer R } ? Success<R> : never

type Value = string | number | boolean | null | undefined

/** `/members/{member_id}` with its ids, and the query that was given. */
export function address(path: string, ids: object = {}, query: object = {}): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String((ids as Record<string, Value>)[name])),
  )
  const given = Object.entries(query as Record<string, Value>).filter(
    ([, value]) => value !== undefined && value !== null,
  )
  const asked = given.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&')
  return asked ? `${filled}?${asked}` : filled
}
