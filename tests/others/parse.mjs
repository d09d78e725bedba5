// Reads an iCalendar object from standard input with ical.js, Thunderbird's parser, and prints what it understood.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const require = createRequire(`${process.cwd()}/`);
const { default: ICAL } = await import(require.resolve('ical.js'));
const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, 'utf8')));
const event = new ICAL.Event(calendar.getFirstSubcomponent('vevent'));

console.log(JSON.stringify({
  method: calendar.getFirstPropertyValue('method'),
  uid: event.uid,
  sequence: event.sequence,
  summary: event.summary,
  description: event.description,
  location: event.location,
  start: event.startDate.toJSDate().toISOString(),
  end: event.endDate.toJSDate().toISOString(),
  organizer: event.organizer,
  attendees: event.attendees.map((each) => each.getFirstValue()),
  status: event.component.getFirstPropertyValue('status'),
}));
