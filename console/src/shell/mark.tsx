/** The sign of a contactor in a circuit diagram: two contacts and the bridge between them. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" />
      <g>
        <path d="M5 16h6M21 16h6M11 16l9.2-5.6" />
        <circle cx="11" cy="16" r="2.4" />
        <circle cx="21" cy="16" r="2.4" />
      </g>
    </svg>
  );
}
