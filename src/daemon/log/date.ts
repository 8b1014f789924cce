/** ctime(3)'s form in local time: `Fri Nov 20 06:15:00 2026`, as old log parsers expect it. */
export function formatDate(date: Date): string {
  const [weekday, month, day, year] = date.toDateString().split(" ");
  return `${weekday} ${month} ${String(Number(day)).padStart(2)} ${date.toTimeString().slice(0, 8)} ${year}`;
}

/** The time of day in local time, `17:05:00`, with the date before it when that is not today's. */
export function formatShortly(date: Date): string {
  const [day, time] = date.toLocaleString("sv-SE").split(" ");
  return date.toDateString() === new Date().toDateString() ? time : `${day} ${time}`;
}
