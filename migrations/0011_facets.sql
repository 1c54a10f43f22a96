-- 0011: what a search groups its stories by, without their rows: a row has the whole story.
CREATE INDEX articles_facets ON articles(id, published_on, section);
