/** ctime(3)'s form in local time: `Fri Nov 20 06:15:00 2026`, as old log parsers expect it. */
export function formatDate(date: Date): string {
  const [weekday, month, day, year] = date.toDateString().split(" ");
  return `${weekday} ${month} ${String(Number(day)).padStart(2)} ${date.toTimeString().slice(0, 8)} ${year}`;
}
