// What the compiler must refuse: each line below a directive is a mistake, and a directive without one is an error too.
import createClient from "openapi-fetch";
import type { paths as Cases } from "./cases.ts";
import type { components, paths as Intake } from "./intake.ts";
import type { paths as Scheduling } from "./scheduling.ts";

const intake = createClient<Intake>({ baseUrl: "/intake" });
const cases = createClient<Cases>({ baseUrl: "/cases" });
const scheduling = createClient<Scheduling>({ baseUrl: "/scheduling" });

type Application = components["schemas"]["SubmitApplication"];

export async function mistakes(application: Application) {
  // @ts-expect-error a misspelt name of a filter
  await cases.GET("/case-files", { params: { query: { teritory: "smolensk/gagarin" } } });
  // @ts-expect-error an order the list does not have
  await cases.GET("/case-files", { params: { query: { sort: "-name" } } });
  // @ts-expect-error a value that is none of the enum's
  await intake.GET("/applications", { params: { query: { state: "nearly_done" } } });
  // @ts-expect-error a query that must be there
  await scheduling.GET("/first-appointment-slots");
  // @ts-expect-error a path no service has
  await scheduling.GET("/appointment");
  // @ts-expect-error a field of the body is missing
  await scheduling.POST("/appointments", { body: { application_id: "0" } });
  // @ts-expect-error a field the body does not have
  const body: Application = { ...application, shoe_size: 21 };
  await intake.POST("/applications", { body });
  const page = await cases.GET("/case-files");
  // @ts-expect-error a field no answer has
  return page.data?.items[0]?.child_name;
}
