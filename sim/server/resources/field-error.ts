/** A validation error of one field: the type and its constructors, as strategies import them. */
export * from '../../api/field-error.js';
