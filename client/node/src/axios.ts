// axios that recovers: below its interceptors, which run once, and above the network.
import axios, { type AxiosInstance, type InternalAxiosRequestConfig } from "axios";
import type { Attempt } from "./attempt.js";
import { at, forRequest, idempotencyOf, type HttpOptions } from "./http.js";

export type { HttpOptions } from "./http.js";

/** Makes the requests of an instance recover; returns the instance. What an error is, `validateStatus`
 * says as ever: a 404 is asked about too, and given up at once. Recourse is then the one owner of
 * retries: those of axios-retry are switched off. */
export function recoverAxios<I extends AxiosInstance>(instance: I, given: HttpOptions = {}): I {
  const below = axios.getAdapter(instance.defaults.adapter);
  instance.defaults.adapter = (config) => {
    const url = new URL(instance.getUri({ ...config, params: undefined }), "http://localhost");
    const { client, options } = forRequest(given, url, {
      idempotency: idempotencyOf(config.method ?? "GET", config.headers.has("idempotency-key")),
      signal: config.signal as AbortSignal | undefined,
      // A stream can be read once.
      shouldRecover: typeof config.data?.pipe === "function" ? () => false : undefined,
    });
    return client.recover((attempt) => below(configOf(attempt, config, url, given)), options);
  };
  return instance;
}

function configOf(
  attempt: Attempt, config: InternalAxiosRequestConfig, url: URL, given: HttpOptions,
): InternalAxiosRequestConfig {
  const { timeoutMs, signal, alternative } = attempt;
  const own: InternalAxiosRequestConfig & { "axios-retry"?: object } = { ...config, signal };
  if (own["axios-retry"]) own["axios-retry"] = { ...own["axios-retry"], retries: 0 };
  if (timeoutMs !== undefined) own.timeout = Math.ceil(Math.min(config.timeout || Infinity, timeoutMs));
  const base = alternative && given.alternatives?.[alternative.name];
  if (base !== undefined) {
    own.url = at(url, base).href;
    delete own.baseURL;
  }
  return own;
}
