/*
 * page - the style and the script of the HTML report: page.css and page.js as they are, ended by a
 * NUL.
 */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

extern const char report_page_css[], report_page_js[];

#endif
