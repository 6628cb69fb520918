// A few calls with the types that openapi-typescript makes of the description. Only their types are checked.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

const client = createClient<paths>({
  baseUrl: "https://labeler.example",
  headers: { Authorization: "Bearer token" },
});
const project_id = "sms";

export async function label(): Promise<number> {
  const next = await client.POST("/api/v1/projects/{project_id}/queue/next", {
    params: { path: { project_id } },
    body: { n: 5 },
  });
  if (next.error) throw new Error(`${next.error.type}: ${next.error.detail}`);
  const answered = await client.POST("/api/v1/projects/{project_id}/labels", {
    params: { path: { project_id }, header: { "idempotency-key": "one" } },
    body: { item_key: next.data.items[0]!.key, value: "spam", next: 1 },
  });
  const said = answered.data;
  return said && "label" in said ? said.label.id : 0;
}

export async function add(): Promise<number> {
  const items: components["schemas"]["ItemIn"][] = [{ key: "a", text: "free prize", metadata: { from: "ad" } }];
  const listed = await client.POST("/api/v1/projects/{project_id}/items", {
    params: { path: { project_id } },
    body: items,
  });
  const lines = await client.POST("/api/v1/projects/{project_id}/items/lines", {
    params: { path: { project_id } },
    body: items.map((item) => JSON.stringify(item)).join("\n"),
    bodySerializer: (body) => body,
    headers: { "Content-Type": "application/x-ndjson" },
  });
  return (listed.data?.taken ?? 0) + (lines.data?.balance?.predictions ?? 0);
}

export async function download(): Promise<ArrayBuffer | undefined> {
  const { data } = await client.GET("/api/v1/projects/{project_id}/export", {
    params: { path: { project_id }, query: { format: "csv", option: ["excel=true"] } },
    parseAs: "arrayBuffer",
  });
  await client.GET("/api/v1/projects/{project_id}/export", {
    // @ts-expect-error: no such format is registered
    params: { path: { project_id }, query: { format: "no-such-format" } },
  });
  return data;
}

export async function importTable(): Promise<components["schemas"]["JobOut"] | undefined> {
  const { data, error } = await client.POST("/api/v1/projects/{project_id}/imports/table", {
    params: { path: { project_id }, header: { "Idempotency-Key": "nightly" } },
    body: { database: "crm", table: "messages", mapping: { text: "message", format: "jsonl" } },
  });
  if (error) console.error(error.errors.map((one) => one.pointer));
  return data;
}
