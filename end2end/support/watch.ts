// What must never happen on any page: errors on the console, hydration that does not fit, requests that fail.

import type { BrowserContext, Page } from '@playwright/test';

export class Watch {
  private readonly problems: string[] = [];
  // A page asks for news in its own time, so it may do so when its session is over, elsewhere, or of somebody else.
  private readonly expected: RegExp[] = [/response (401|404|409): POST .*\/notifications\/read_news$/];

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
    page.on('response', (response) => {
      if (response.status() >= 400) {
        this.note(`response ${response.status()}: ${response.request().method()} ${response.url()}`);
      }
    });
    page.on('crash', () => this.note('the page crashed'));
  }

  private note(text: string): void {
    this.problems.push(text);
  }

  unexpected(): string[] {
    return this.problems.filter((text) => !this.expected.some((pattern) => pattern.test(text)));
  }
}
