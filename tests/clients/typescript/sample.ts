// A client written from nothing but the generated types: a family applies, its coordinator books the first appointment.
// node sample.ts apply <region> <territory> · work <territory> · book <application id>
// MARSHRUT_URL is the gateway, MARSHRUT_TOKEN an access token of the coordinator.
import createClient from "openapi-fetch";
import type { paths as Cases } from "./cases.ts";
import type { components, paths as Intake } from "./intake.ts";
import type { paths as Scheduling } from "./scheduling.ts";

type Problem = components["schemas"]["Problem"];

const url = process.env.MARSHRUT_URL ?? "http://127.0.0.1:8080";
const token = process.env.MARSHRUT_TOKEN;
const headers = token ? { Authorization: `Bearer ${token}` } : {};
const intake = createClient<Intake>({ baseUrl: `${url}/intake`, headers });
const cases = createClient<Cases>({ baseUrl: `${url}/cases`, headers });
const scheduling = createClient<Scheduling>({ baseUrl: `${url}/scheduling`, headers });

function granted<Answer>({ data, error }: { data?: Answer; error?: Problem }): Answer {
  if (data === undefined) throw new Error(`${error?.slug}: ${error?.detail_en}`);
  return data;
}

async function apply(region: string, territory: string) {
  const form = granted(
    await intake.GET("/regions/{region}/application-form", { params: { path: { region } } }),
  );
  const now = new Date();
  const birth = new Date(now.getTime() - 120 * 24 * 3600 * 1000);
  const body: components["schemas"]["SubmitApplication"] = {
    region,
    territory,
    representative_name: "Образцова Инна Павловна",
    child_name: "Образцов Лев",
    phone: "+7 999 000-00-91",
    birth_date: birth.toISOString().slice(0, 10),
    registered_in_region: true,
    consents: form.consents.map((text) => ({
      purpose: text.purpose,
      text_version: text.version,
      text_hash: text.text_hash,
      given_at: now.toISOString(),
    })),
  };
  const refused = await intake.POST("/applications", { body: { ...body, phone: "позвоните мне" } });
  const params = { header: { "Idempotency-Key": crypto.randomUUID() } };
  const first = granted(await intake.POST("/applications", { params, body }));
  const again = granted(await intake.POST("/applications", { params, body }));
  return {
    id: first.id,
    number: first.number,
    outcome: first.outcome,
    once: first.id === again.id,
    refusal: { slug: refused.error?.slug, field: refused.error?.errors[0]?.field, status: refused.response.status },
  };
}

async function work(territory: string) {
  const page = granted(
    await intake.GET("/worklist", { params: { query: { territory, which: "all", limit: 200 } } }),
  );
  return page.items.map((item) => ({ subject_id: item.subject_id, standing: item.standing, due_at: item.due_at }));
}

async function book(application_id: string) {
  const files = granted(
    await cases.GET("/case-files", {
      params: { query: { application_id, age_band: "0-3", sort: "-opened_at", with_total: true, limit: 10 } },
    }),
  );
  const slots = granted(
    await scheduling.GET("/first-appointment-slots", { params: { query: { application_id } } }),
  );
  const slot = slots.in_time[0] ?? slots.nearest[0];
  if (slot === undefined) throw new Error(slots.message_en ?? "no free time");
  const appointment = granted(
    await scheduling.POST("/appointments", { body: { application_id, starts_at: slot.starts_at } }),
  );
  return {
    files: files.items.map((file) => file.child_id),
    total: files.total,
    appointment: { child_id: appointment.child_id, starts_at: appointment.starts_at, state: appointment.state },
  };
}

const [verb, first = "", second = ""] = process.argv.slice(2);
const acts = { apply: () => apply(first, second), work: () => work(first), book: () => book(first) };
console.log(JSON.stringify(await acts[verb as keyof typeof acts]()));
