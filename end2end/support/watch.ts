// What must never happen on any page: errors on the console, hydration that does not fit, requests that fail.

import type { BrowserContext, Page, Request, Response } from '@playwright/test';

const NEWS = '/api/settings/api/notifications/read_news';

export class Watch {
  private readonly problems: string[] = [];
  private readonly expected: RegExp[] = [];
  private readonly judged: Promise<void>[] = [];
  /** What a request for news really carried, which its page can no longer say once it is gone. */
  private readonly carried = new Map<Request, Promise<Record<string, string>>>();

  /** Problems that match are part of the test. */
  expect(...patterns: RegExp[]): void {
    this.expected.push(...patterns);
  }

  context(context: BrowserContext): void {
    context.on('page', (page) => this.page(page));
  }

  page(page: Page): void {
    page.on('console', (message) => {
      // A failed request is told of below, with its address.
      if (message.text().startsWith('Failed to load resource')) return;
      // An unoptimised bundle is so large that it is used only seconds after its preload.
      if (message.text().includes('was preloaded using link preload but not used')) return;
      if (message.type() === 'error' || message.type() === 'warning') {
        this.note(`console ${message.type()}: ${message.text()} (${message.location().url})`);
      }
    });
    page.on('pageerror', (error) => this.note(`page error: ${error.message}`));
    page.on('requestfailed', (request) => {
      const why = request.failure()?.errorText ?? '';
      // Whoever leaves a page drops what it was still reading.
      if (why === 'net::ERR_ABORTED') return;
      this.note(`request failed: ${request.method()} ${request.url()} ${why}`);
    });
    page.on('request', (request) => {
      if (request.url().endsWith(NEWS)) this.carried.set(request, request.allHeaders().catch(() => ({})));
    });
    page.on('response', (response) => {
      if (response.status() >= 400) this.judged.push(this.judge(response));
    });
    page.on('crash', () => this.note('the page crashed'));
  }

  /** A page asks for news in its own time: perhaps when its session is just over, or elsewhere. */
  private async judge(response: Response): Promise<void> {
    const request = response.request();
    const carried = this.carried.get(request);
    if (carried && (await isOutdated(request, await carried))) return;
    this.note(`response ${response.status()}: ${request.method()} ${response.url()}`);
  }

  private note(text: string): void {
    this.problems.push(text);
  }

  async unexpected(): Promise<string[]> {
    await Promise.all(this.judged);
    return this.problems.filter((text) => !this.expected.some((pattern) => pattern.test(text)));
  }
}

/** Whether the session of a page that asked is over, stands in no workspace, or is of another place than the page. */
async function isOutdated(request: Request, { cookie = '', 'x-parley-place': page = '' }: Record<string, string>): Promise<boolean> {
  const answer = await fetch(new URL('/place', request.url()), { headers: { cookie } });
  const [who, where] = (await answer.text()).split('.');
  return !who || where === 'none' || (page !== '' && !page.startsWith(`${who}.${where}.`));
}
