import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { asProblem, type Problem } from "../api/problem";
import { feed, type Change, type Connection } from "./feed";
import { serverClock } from "./server_clock";

export interface Loaded<Value> {
  value: Value | undefined;
  problem: Problem | undefined;
  loading: boolean;
  reload: () => void;
  /** Replaces the value at hand, for answers that bring it with them. */
  put: (value: Value) => void;
}

/** Loads something, again whenever `inputs` change or `reload` is called. Old values stay visible meanwhile. */
export function useLoad<Value>(load: (signal: AbortSignal) => Promise<Value>, inputs: unknown[]): Loaded<Value> {
  const [value, put] = useState<Value>();
  const [problem, setProblem] = useState<Problem>();
  const [loading, setLoading] = useState(true);
  const [turn, setTurn] = useState(0);
  const key = JSON.stringify(inputs);
  const lastKey = useRef(key);
  useEffect(() => {
    const stopper = new AbortController();
    if (lastKey.current !== key) put(undefined);
    lastKey.current = key;
    setLoading(true);
    load(stopper.signal).then(
      (loaded) => stopper.signal.aborted || (put(() => loaded), setProblem(undefined), setLoading(false)),
      (reason: unknown) => stopper.signal.aborted || (setProblem(asProblem(reason)), setLoading(false)),
    );
    return () => stopper.abort();
  }, [key, turn]);
  const reload = useCallback(() => setTurn((last) => last + 1), []);
  return { value, problem, loading, reload, put };
}

/** Calls `action` for every change that the server streams. */
export function useChanges(action: (change: Change) => void): void {
  const newest = useRef(action);
  newest.current = action;
  useEffect(() => feed.onChange((change) => newest.current(change)), []);
}

/** Calls `action` soon after something changed, at most once in `pauseMs`, and at every reconnection. */
export function useAfterChanges(
  action: () => void,
  pauseMs: number,
  concerns: (change: Change) => boolean = () => true,
): void {
  const newest = useRef(action);
  newest.current = action;
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const soon = () => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      newest.current();
    }, pauseMs);
  };
  useChanges((change) => concerns(change) && soon());
  useEffect(() => feed.onConnection(() => feed.connection === "live" && soon()), []);
  useEffect(() => () => clearTimeout(timer.current), []);
}

export function useConnection(): Connection {
  const [connection, setConnection] = useState(feed.connection);
  useEffect(() => {
    setConnection(feed.connection);
    return feed.onConnection(() => setConnection(feed.connection));
  }, []);
  return connection;
}

/** The present moment of the server, renewed every so often. */
export function useNow(everyMs = 1000): number {
  const [now, setNow] = useState(() => serverClock.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(serverClock.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** Calls `action` every so often while the page can be seen. */
export function useEvery(everyMs: number, action: () => void): void {
  const newest = useRef(action);
  newest.current = action;
  useEffect(() => {
    const timer = setInterval(() => document.hidden || newest.current(), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
}
