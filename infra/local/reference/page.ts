import { openApiDocument } from '#shared/contracts/http/openapi.ts';
import { type Html, html, prose } from './html.ts';
import { fieldList, type Schema, schemaId, typeOf } from './schema.ts';

/** The parts of the OpenAPI document that the page shows. */
interface Document {
  info: { title: string; version: string; description: string };
  tags: { name: string }[];
  paths: Record<string, Record<string, Operation>>;
  webhooks: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}
interface Content {
  description?: string;
  content?: Record<string, { schema: Schema }>;
}
interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  parameters?: { in: string; name: string; required?: boolean; description?: string; schema: Schema }[];
  requestBody?: Content;
  responses: Record<string, Content>;
}
interface Section {
  title: string;
  operation: Operation;
}

function contentOf({ content = {} }: Content): Html[] {
  return Object.entries(content).map(
    ([type, { schema }]) =>
      html`<p><code>${type}</code>: ${typeOf(schema)}</p>${schema.$ref ? '' : fieldList(schema)}`,
  );
}

function section({ title, operation }: Section): Html {
  const { operationId, summary, description, parameters = [], requestBody, responses } = operation;
  const input = parameters.map(
    (
      parameter,
    ) => html`<dt><code>${parameter.name}</code>${parameter.required ? '' : ' ?'} <span>${parameter.in}, ${typeOf(parameter.schema)}</span></dt>
<dd>${prose(parameter.description ?? parameter.schema.description)}</dd>`,
  );
  const replies = Object.entries(responses).map(
    ([status, reply]) =>
      html`<dt><code>${status}</code> ${prose(reply.description)}</dt><dd>${contentOf(reply)}</dd>`,
  );
  return html`<section id="${operationId}"><h3><code>${title}</code></h3>
<p>${prose(summary)}. ${prose(description)} <code>${operationId}</code></p>
${input.length > 0 ? html`<h4>Parameters</h4><dl>${input}</dl>` : ''}
${requestBody ? html`<h4>Body</h4>${contentOf(requestBody)}` : ''}
<h4>Replies</h4><dl>${replies}</dl></section>
`;
}

function sectionsOf({ paths, webhooks }: Document): Section[] {
  const calls = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      title: `${method.toUpperCase()} ${path}`,
      operation,
    })),
  );
  const messages = Object.entries(webhooks).flatMap(([type, methods]) =>
    Object.values(methods).map((operation) => ({ title: type, operation })),
  );
  return [...calls, ...messages];
}

/** Returns the reference of the API as a page without scripts, from the OpenAPI document. */
export function referencePage(version: string): string {
  const document = openApiDocument(version) as unknown as Document; // made by zod-openapi
  const { info, tags, components } = document;
  const sections = sectionsOf(document);
  const byTag = tags.map(({ name }) => ({
    name,
    own: sections.filter(({ operation }) => operation.tags.includes(name)),
  }));
  const contents = byTag.map(
    ({ name, own }) =>
      html`<li>${name}<ul>${own.map(({ title, operation }) => html`<li><a href="#${operation.operationId}">${title}</a></li>`)}</ul></li>`,
  );
  const schemas = Object.entries(components.schemas).map(
    ([name, schema]) =>
      html`<section id="${schemaId(name)}"><h3>${name}</h3><p>${prose(schema.description)}</p>${schema.properties ? '' : html`<p>${typeOf(schema)}</p>`}${fieldList(schema)}</section>
`,
  );
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${info.title} API ${info.version}</title><link rel="stylesheet" href="reference.css"></head>
<body><nav aria-label="Contents"><ul>${contents}<li><a href="#schemas">Schemas</a></li></ul></nav>
<main><h1>${info.title} API ${info.version}</h1><p>${prose(info.description)}</p>
<p>Base URL: <code>/api/v1</code>. The document itself: <a href="/api/v1/openapi.json">openapi.json</a>. A field with <code>?</code> can be left out.</p>
${byTag.map(({ name, own }) => html`<h2>${name}</h2>${own.map(section)}`)}
<h2 id="schemas">Schemas</h2>${schemas}</main></body></html>
`.html;
}
